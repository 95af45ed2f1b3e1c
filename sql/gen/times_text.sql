-- {times_text:}: rows of bin and n as a text of response times.
group_concat(' ' || bin || ':' || n, '')
