"""What is handed over: a page, a workbook and forms, from kept results."""
