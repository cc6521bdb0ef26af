"""Results for people: tables, HTML, figures and citations."""
