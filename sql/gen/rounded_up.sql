-- {rounded_up:NEW.timestamp}: is that a time that some versions of SQLite take for the second after
-- it? Shorter ones are none, which is quicker to see.
(length({x}) > 23 AND {x} GLOB '*.999[0-9]*')
