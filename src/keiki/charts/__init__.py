"""Results as pictures, as tables and as sentences; nothing here reads a file or runs a query.

A chart is made by a function of the module named after it, always `(title, sentence, …, unit, style) -> Chart`:
`trend.trend`, `bridge.bridge`, `tornado.tornado`, `histogram.histogram`. A template shows it by
`{% figure page.chart %}`; `render.drawn` gives the SVG itself, `palette.on_paper` its colours for files and e-mail.
"""
