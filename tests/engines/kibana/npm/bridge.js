// Answers each line, a KQL text in JSON, with its syntax tree, its Query DSL or an error.
"use strict";
const kibana = require(process.argv[2]);
const lines = require("readline").createInterface({ input: process.stdin });

// Kibana 7.5 nests each further operand of a row: one level a row is enough, and JSON that shallow.
function flat(node) {
  if (node.function !== "and" && node.function !== "or") {
    return node.function === "not" ? { ...node, arguments: node.arguments.map(flat) } : node;
  }
  const operands = [];
  let rest = node;
  while (rest.function === node.function) {
    operands.push(flat(rest.arguments[0]));
    rest = rest.arguments[1];
  }
  return { ...node, arguments: [...operands, flat(rest)] };
}

function answer({ text, query }) {
  let tree;
  try {
    tree = kibana.fromKueryExpression(text);
  } catch (error) {
    return { error: String(error.message) };
  }
  return query ? { query: kibana.toElasticsearchQuery(tree) } : { tree: flat(tree) };
}

lines.on("line", (line) => process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n"));
