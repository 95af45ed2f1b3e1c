-- {beyond_years:timestamp}: are these Unix seconds of a year that SQLite's times do not have, as
-- milliseconds are?
({x} <> '' AND {x} NOT GLOB '*[^0-9]*' AND CAST({x} AS INTEGER) > 253402300799)
