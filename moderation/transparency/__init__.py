"""The public report: what was flagged, decided and appealed against in a year, in numbers.

Owns no table; each number is a query. Nobody can be recognised in it. Source: Regulation (EU)
2022/2065, Article 15; PRODUCT G7.
"""
