-- {milliseconds:timestamp}: that time without the digits behind its milliseconds, of which it has
-- some.
substr({x}, 1, instr({x}, '.') + 3) || ltrim(substr({x}, instr({x}, '.') + 4), '0123456789')
