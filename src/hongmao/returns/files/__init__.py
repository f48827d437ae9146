"""Files that platforms export (报表导入): CSV, XLSX, Parquet in any encoding of the trade, each row placed and judged."""
