"""Addresses of the morning page, dashboards, campaigns, plans, the KPI tree, its nodes and the design of trees."""

from __future__ import annotations

from django.urls import path

from keiki.server.cockpit.pages import (
    begin,
    campaigns,
    change,
    dashboards,
    design,
    designs,
    edit_dashboard,
    happened,
    node,
    plan_actual,
    screens,
    search,
    stages,
    today,
    tree,
    tree_file,
    views,
)

app_name = "cockpit"
urlpatterns = [
    path("b/<slug:business>/today/", today.today_page, name="today"),
    path("b/<slug:business>/search/", search.search_page, name="search"),
    path("b/<slug:business>/dashboards/", edit_dashboard.dashboards_page, name="dashboards"),
    path("b/<slug:business>/dashboards/<slug:name>/", dashboards.dashboard_page, name="dashboard"),
    path("b/<slug:business>/dashboards/<slug:name>/edit/", edit_dashboard.edit_page, name="edit_dashboard"),
    path("b/<slug:business>/happened/", happened.annotations_page, name="annotations"),
    path("b/<slug:business>/happened/<int:annotation>/", change.change_page, name="change"),
    path("b/<slug:business>/happened/<int:annotation>/aim/", change.aim_page, name="aim_change"),
    path(
        "b/<slug:business>/happened/<int:annotation>/remove/",
        happened.remove_annotation_page,
        name="remove_annotation",
    ),
    path("b/<slug:business>/begin/", begin.begin_page, name="begin"),
    path("b/<slug:business>/begin/<slug:step>/", begin.begin_page, name="begin"),
    path("b/<slug:business>/start/", views.start_page, name="start"),
    path("b/<slug:business>/start/choose/", views.choose_start_page, name="choose_start"),
    path("b/<slug:business>/views/save/", views.save_view_page, name="save_view"),
    path("b/<slug:business>/views/<int:view>/forget/", views.forget_view_page, name="forget_view"),
    path("b/<slug:business>/stages/", stages.stages_page, name="stages"),
    path("b/<slug:business>/stages/<slug:stage>/", stages.stages_page, name="stage"),
    path("screen/<str:token>/", screens.screen_page, name="screen"),
    path("b/<slug:business>/screens/", screens.screens_page, name="screens"),
    path("b/<slug:business>/screens/<uuid:screen>/revoke/", screens.revoke_screen_page, name="revoke_screen"),
    path("b/<slug:business>/campaigns/", campaigns.campaigns_page, name="campaigns"),
    path("b/<slug:business>/campaigns/tag/", campaigns.tag_page, name="tag_campaign"),
    path("b/<slug:business>/plan/", plan_actual.plan_page, name="plan"),
    path("b/<slug:business>/plan/<slug:tree>/", plan_actual.plan_page, name="plan"),
    path("b/<slug:business>/tree/", tree.tree_page, name="tree"),
    path("b/<slug:business>/tree/<slug:tree>/", tree.tree_page, name="tree"),
    path("b/<slug:business>/design/", designs.designs_page, name="designs"),
    path("b/<slug:business>/design/new/", designs.new_tree_page, name="new_tree"),
    path("b/<slug:business>/tree/<slug:tree>/design/", design.design_page, name="design"),
    path("b/<slug:business>/tree/<slug:tree>/design/file/", tree_file.tree_file_page, name="tree_file"),
    path("b/<slug:business>/tree/<slug:tree>/<slug:node>/", node.node_page, name="node"),
]
