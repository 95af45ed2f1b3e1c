-- Unicode 16.0, the version compiled into the reference encoder: newer tables know U+088F as a
-- letter and U+11DE1 as a digit, and give other ids. These are the reference encoder's.
SELECT '1_01', tok_encode('cl100k_base', char(0x88F) || '''s');
SELECT '1_02', tok_encode('cl100k_base', char(0x11DE1) || '1234');
-- U+3000 is white space; it joins the letters behind it.
SELECT '1_03', (SELECT group_concat(end) FROM tok_tokens('o200k_base', 'a' || char(0x3000) || 'b'));
