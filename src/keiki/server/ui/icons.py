"""Our own icons: 20 × 20, strokes of 1.6, drawn for Keiki. The value is the inside of the SVG."""

from __future__ import annotations

ICONS: dict[str, str] = {
    # the mark: a dial with its needle
    "keiki": '<circle cx="10" cy="10" r="8"/><path d="M10 10 13.6 6"/>'
    '<path d="M4.6 12.6h1.6M13.8 12.6h1.6M10 4.4v1.4"/>'
    '<circle cx="10" cy="10" r="1.2" fill="currentColor" stroke="none"/>',
    # navigation
    "today": '<rect x="3" y="3" width="6" height="8" rx="1.2"/><rect x="11" y="3" width="6" height="4.5" rx="1.2"/>'
    '<rect x="3" y="13" width="6" height="4" rx="1.2"/><rect x="11" y="9.5" width="6" height="7.5" rx="1.2"/>',
    "tree": '<rect x="2" y="7.5" width="5" height="5" rx="1.2"/><rect x="13" y="2.5" width="5" height="5" rx="1.2"/>'
    '<rect x="13" y="12.5" width="5" height="5" rx="1.2"/>'
    '<path d="M7 10h3M13 5h-1.5A1.5 1.5 0 0 0 10 6.5v7a1.5 1.5 0 0 0 1.5 1.5H13"/>',
    "customers": '<circle cx="7.5" cy="6.5" r="3"/><path d="M2 16.5c0-3 2.4-5 5.5-5s5.5 2 5.5 5"/>'
    '<path d="M13.2 3.8a3 3 0 0 1 0 5.4M15 12.2c1.9.7 3 2.3 3 4.3"/>',
    "campaigns": '<path d="M3 8.5v3.5h2.5l8 4V4.5l-8 4z"/><path d="M6 12.2 7 16.5h2l-.6-3.2M16.3 8.2a3 3 0 0 1 0 4"/>',
    "learning": '<path d="M16.5 8A7 7 0 0 0 4.3 5.8L3 7.2M3 3.5v3.7h3.7"/>'
    '<path d="M3.5 12a7 7 0 0 0 12.2 2.2l1.3-1.4M17 16.5v-3.7h-3.7"/>',
    "reports": '<path d="M11.5 2.5H5.5A1.5 1.5 0 0 0 4 4v12a1.5 1.5 0 0 0 1.5 1.5h9A1.5 1.5 0 0 0 16 16V7z"/>'
    '<path d="M11.5 2.5V7H16M7 11h6M7 14h4"/>',
    "data": '<ellipse cx="10" cy="5" rx="6.5" ry="2.5"/><path d="M3.5 5v10c0 1.4 2.9 2.5 6.5 2.5s6.5-1.1 6.5-2.5V5"/>'
    '<path d="M3.5 10c0 1.4 2.9 2.5 6.5 2.5s6.5-1.1 6.5-2.5"/>',
    "settings": '<path d="M3 6h7M14 6h3M3 14h3M10 14h7"/><circle cx="12" cy="6" r="2"/><circle cx="8" cy="14" r="2"/>',
    # status
    "good": '<circle cx="10" cy="10" r="8" fill="currentColor" stroke="none"/>'
    '<path d="m6.3 10.3 2.5 2.5 5-5.3" stroke="var(--surface)" stroke-width="2"/>',
    "watch": '<path d="M10 2.2 18.4 17H1.6z" fill="currentColor" stroke="currentColor" stroke-linejoin="round"/>'
    '<path d="M10 7.6v4.2M10 14.4v.2" stroke="var(--surface)" stroke-width="2"/>',
    "act": '<path d="M6.7 2h6.6L18 6.7v6.6L13.3 18H6.7L2 13.3V6.7z" fill="currentColor" stroke="none"/>'
    '<path d="m7.2 7.2 5.6 5.6M12.8 7.2l-5.6 5.6" stroke="var(--surface)" stroke-width="2"/>',
    "none": '<circle cx="10" cy="10" r="7.5" stroke-dasharray="3 2.3"/>',
    # doing things
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "minus": '<path d="M4 10h12"/>',
    "close": '<path d="m5 5 10 10M15 5 5 15"/>',
    "check": '<path d="m4 10.5 4 4 8-9"/>',
    "search": '<circle cx="9" cy="9" r="5.5"/><path d="m13.2 13.2 3.8 3.8"/>',
    "upload": '<path d="M10 13V3.5M6 7l4-4 4 4M3.5 13v2.5A1.5 1.5 0 0 0 5 17h10a1.5 1.5 0 0 0 1.5-1.5V13"/>',
    "download": '<path d="M10 3v9.5M6 9l4 4 4-4M3.5 14v1.5A1.5 1.5 0 0 0 5 17h10a1.5 1.5 0 0 0 1.5-1.5V14"/>',
    "undo": '<path d="M4 8h8a4.5 4.5 0 0 1 0 9H8M4 8l3.5-3.5M4 8l3.5 3.5"/>',
    "redo": '<path d="M16 8H8a4.5 4.5 0 0 0 0 9h4M16 8l-3.5-3.5M16 8l-3.5 3.5"/>',
    "up": '<path d="M10 16V4.5M5.5 9 10 4.5 14.5 9"/>',
    "down": '<path d="M10 4v11.5M5.5 11l4.5 4.5 4.5-4.5"/>',
    "in": '<path d="M3.5 4v12M7 10h10M12.5 5.5 17 10l-4.5 4.5"/>',
    "out": '<path d="M16.5 4v12M13 10H3M7.5 5.5 3 10l4.5 4.5"/>',
    "grip": '<path d="M7.5 5h.01M12.5 5h.01M7.5 10h.01M12.5 10h.01M7.5 15h.01M12.5 15h.01" stroke-width="2.6"/>',
    "file": '<path d="M11.5 2.5H5.5A1.5 1.5 0 0 0 4 4v12a1.5 1.5 0 0 0 1.5 1.5h9A1.5 1.5 0 0 0 16 16V7z"/>'
    '<path d="M11.5 2.5V7H16"/>',
    "flag": '<path d="M5 17.5V3M5 4h9.5l-2.5 3.5 2.5 3.5H5"/>',
    "copy": '<rect x="7" y="7" width="10" height="10" rx="1.5"/>'
    '<path d="M13 7V4.5A1.5 1.5 0 0 0 11.5 3h-7A1.5 1.5 0 0 0 3 4.5v7A1.5 1.5 0 0 0 4.5 13H7"/>',
    "table": '<rect x="3" y="4" width="14" height="12" rx="1.5"/><path d="M3 8h14M3 12h14M8 8v8"/>',
    "calendar": '<rect x="3" y="4.5" width="14" height="12.5" rx="1.5"/><path d="M3 8.5h14M7 2.5v3.5M13 2.5v3.5"/>',
    "chevron": '<path d="m5.5 8 4.5 4.5L14.5 8"/>',
    "arrow": '<path d="M4 10h12M11 5l5 5-5 5"/>',
    "menu": '<path d="M3 5.5h14M3 10h14M3 14.5h14"/>',
    "more": '<path d="M5 10h.01M10 10h.01M15 10h.01" stroke-width="3"/>',
    "person": '<circle cx="10" cy="6.5" r="3.3"/><path d="M3.5 17c0-3.4 2.8-5.5 6.5-5.5s6.5 2.1 6.5 5.5"/>',
    "people": '<circle cx="7.5" cy="6.5" r="3"/><path d="M2 16.5c0-3 2.4-5 5.5-5s5.5 2 5.5 5M15.5 7v5M13 9.5h5"/>',
    "money": '<circle cx="10" cy="10" r="7.5"/><path d="m7 6 3 4 3-4M10 10v4.5M7.5 10.5h5M7.5 12.8h5"/>',
    "business": '<path d="M3 17V8l7-4.5L17 8v9z"/><path d="M8 17v-5h4v5"/>',
    "history": '<circle cx="10" cy="10" r="7.5"/><path d="M10 5.5V10l3 2"/>',
    "mail": '<rect x="2.5" y="4.5" width="15" height="11" rx="1.5"/><path d="m3 6 7 5 7-5"/>',
    "comment": '<path d="M4.5 3.5h11A1.5 1.5 0 0 1 17 5v7a1.5 1.5 0 0 1-1.5 1.5H10L6 17v-3.5H4.5'
    'A1.5 1.5 0 0 1 3 12V5a1.5 1.5 0 0 1 1.5-1.5z"/>',
    "bell": '<path d="M4 14.5h12l-1.5-2.2V9a4.5 4.5 0 0 0-9 0v3.3z"/><path d="M8.3 17h3.4"/>',
    "key": '<circle cx="6.5" cy="13.5" r="3.5"/><path d="m9 11 7.5-7.5M13 7l2.5 2.5M15 5l1.5 1.5"/>',
    "leave": '<path d="M8 3.5H4.5A1.5 1.5 0 0 0 3 5v10a1.5 1.5 0 0 0 1.5 1.5H8M12.5 6l4 4-4 4M16.5 10H8"/>',
    "language": '<circle cx="10" cy="10" r="7.5"/>'
    '<path d="M2.5 10h15M10 2.5c2 2 3 4.5 3 7.5s-1 5.5-3 7.5c-2-2-3-4.5-3-7.5s1-5.5 3-7.5z"/>',
    "colours": '<circle cx="10" cy="10" r="7.5"/>'
    '<path d="M10 2.5v15a7.5 7.5 0 0 0 0-15z" fill="currentColor" stroke="none"/>',
    "info": '<circle cx="10" cy="10" r="7.5"/><path d="M10 9v5M10 6.2v.2"/>',
    "filter": '<path d="M3 4.5h14L11.5 11v5L8.5 17.5V11z"/>',
    "expand": '<path d="M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5"/>',
    "demo": '<path d="M7.5 3h5M8.5 3v5L4 15.5A1 1 0 0 0 4.9 17h10.2a1 1 0 0 0 .9-1.5L11.5 8V3M6.3 12h7.4"/>',
}
