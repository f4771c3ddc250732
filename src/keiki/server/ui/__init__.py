"""The look: base templates, style sheets, icons and the small parts that every page is made of.

A page extends `ui/frame.html` and is rendered with `page`, a frozen record with at least `title` and `subtitle`.
Blocks: `switcher` (period), `actions` (header, right), `content`, `content_class` (`narrow`), `freshness`, `styles`,
`scripts`. Always at hand: i18n and static tags, `{% icon "tree" %}`, `{% status "act" %}`, `shell` (language, theme,
business, entries). Words are English in the source; `make messages` keeps each app's `locale/ja` beside them.
"""
