"""The parts of ``build_pipelines``: tables in, pySigma YAML out."""

from tools.pipelines.render import render_pipeline, render_sources
from tools.pipelines.tables import Table, read_table

__all__ = ["Table", "read_table", "render_pipeline", "render_sources"]
