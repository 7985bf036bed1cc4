"""nbcore-frames: record sets as pandas, polars and Arrow tables, behind RecordSet.to_pandas(), .to_polars() and .to_arrow()."""
