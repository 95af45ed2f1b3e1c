# tokenizers/specials.tsv -> C: static const tok_special specials_<encoding>[] = {...};
BEGIN { FS = "\t" }
/^#/ { next }
$1 != encoding {
  if (encoding != "") print "};"
  encoding = $1
  print "static const tok_special specials_" encoding "[] = {"
}
{ print "  {" $2 "u, \"" $3 "\"}," }
END { print "};" }
