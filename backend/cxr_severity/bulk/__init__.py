"""Scoring films in bulk: from sources to a table, on one machine or on many.

    sources: where films are -> engine: who works on them -> score: one film to a row
    -> journal: what is done, across kills -> table_file: Parquet or CSV

    readings, matching -> validation: such a table against what readers say of the same films

An engine is the one seam: `run(entries, load, taken)` yields a row for each entry, in any order.
"""
