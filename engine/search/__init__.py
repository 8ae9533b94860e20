"""From a question to hits: the query language, dates, fusion of rankings, snippets."""
