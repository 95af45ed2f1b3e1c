-- {tag_found:x}: the place in the tags of x, JSON, of the string or member q.tag_text; 0: none.
-- Writers of JSON may escape what they like: a character of the tag (c, then d) is also looked for
-- as \u and its number in hexadecimal digits of one case (e), and / as \/. JSON's own functions
-- would be refused under trusted_schema = OFF. Cost: the length of the tags, and if they have a
-- backslash times that of the tag.
instr(replace(replace(CASE instr({x}.tags, '\') WHEN 0 THEN {x}.tags ELSE (
  WITH RECURSIVE plain(n, t, c, d, e) AS (
    SELECT 1, replace(replace(replace({x}.tags, '\\', char(31)), '\"', char(31)), '\/', '/'), '', '', '' UNION ALL
    SELECT n + 1, replace(replace(t, e, d), lower(e), d), substr(q.tag_text, n, 1), c, CASE WHEN c IN ('', '"') THEN ''
      WHEN unicode(c) > 65535 THEN printf('\u%04X\u%04X', unicode(c) / 1024 + 55232, unicode(c) % 1024 + 56320)
      ELSE printf('\u%04X', unicode(c)) END
    FROM plain WHERE n < length(q.tag_text) + 3)
  SELECT t FROM plain WHERE n = length(q.tag_text) + 3) END, '" : "', '":"'), '": "', '":"'), q.tag_text)
