"""Results as pictures, as tables and as sentences; nothing here reads a file or runs a query.

A chart is made by a function, always `(title, sentence, …, unit, style) -> Chart`:

| question | function |
|---|---|
| how does a number go, against its target, with what is expected and what happened | `trend.trend` |
| how do several go (periods, ages) | `lines.lines`, many: `multiples.multiples` |
| how does a whole and its make-up go | `stacked.stacked`, `stacked.stacked_share` |
| which is larger; where are people lost; who reaches the target | `rows.parts`, `rows.funnel`, `rows.bullets` |
| what led from one value to another | `bridge.bridge`, few short steps: `waterfall.waterfall` |
| what moves the goal most; how it may come out | `tornado.tornado`, `histogram.histogram` |
| how two numbers go together; whether predictions were met | `scatter.scatter`, `scatter.calibration` |
| two dimensions at once | `heat.heat` |
| who is still there | `survival_curve.survival_curve` |
| what does the picture mean, in one sentence | `sentence.sentence`, and by kind in `meaning` |
| in a line of text or a row of a list | `spark.sparkline`, `weeks.weeks` |

A template shows a chart by `{% figure page.chart %}`; `render.drawn` gives the SVG itself, `palette.on_paper` its
colours for files and e-mail.
"""
