"""What is handed over of kept results: a page that a browser opens, and reporting forms.

`handing_over.write` makes the files. No cohort is simulated here; the lives of single patients are
followed again, as `mastosim explain` does.
"""
