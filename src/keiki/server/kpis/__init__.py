"""KPIs: the one door to the numbers, and the page of the KPI tree."""
