# tokenizers/specials.tsv, sorted by encoding and name -> C, for each encoding, by name and by id:
#     static const tok_special specials_<encoding>[] = {{id, "name"}, ...};   ordered by name
#     static const uint16_t specials_<encoding>_by_id[] = {index, ...};       by id, then name
function finish(    i, j, t) {
  if (encoding == "") return
  print "};"
  for (i = 1; i < n; i++) { # insertion sort: the input is nearly in order
    t = order[i]
    for (j = i - 1; j >= 0 && id[order[j]] > id[t]; j--) order[j + 1] = order[j]
    order[j + 1] = t
  }
  print "static const uint16_t specials_" encoding "_by_id[] = {"
  for (i = 0; i < n; i++) print "  " order[i] ","
  print "};"
}
BEGIN { FS = "\t" }
/^#/ { next }
$1 != encoding {
  finish()
  encoding = $1
  n = 0
  print "static const tok_special specials_" encoding "[] = {"
}
{
  print "  {" $2 "u, \"" $3 "\"},"
  id[n] = $2 + 0
  order[n] = n
  n++
}
END { finish() }
