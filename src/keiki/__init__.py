"""Keiki"""
