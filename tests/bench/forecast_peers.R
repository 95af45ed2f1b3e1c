# The same series through R's forecast package (r-cran-forecast), for `make bench-forecast`: the columns of
# tests/bench/bench_forecast.c. Usage: Rscript forecast_peers.R <folder of the data>
folder <- commandArgs(TRUE)[1]
if (!suppressPackageStartupMessages(suppressWarnings(require(forecast, quietly = TRUE)))) {
  cat("R's forecast package: skipped, not installed (Debian: r-cran-forecast)\n")
  quit(status = 0)
}

read_set <- function(name, part) {
  file <- gzfile(file.path(folder, "forecast", paste0(name, "_", part, ".csv.gz")))
  lines <- readLines(file)
  close(file)
  lapply(strsplit(lines, ","), function(cells) suppressWarnings(as.numeric(cells[-1])))
}

one_set <- function(name, season, mase_season, methods) {
  train <- read_set(name, "train")
  test <- read_set(name, "test")
  for (m in names(methods)) {
    total <- c(smape = 0, mase = 0, msis = 0, inside = 0, n = 0)
    ms <- c()
    for (i in seq_along(train)) {
      y <- ts(train[[i]], frequency = season)
      truth <- test[[i]]
      h <- length(truth)
      scale <- mean(abs(diff(as.numeric(y), lag = mase_season)), na.rm = TRUE)
      if (anyNA(y)) y <- na.interp(y)
      if (season > 1 && length(y) < 3 * season) y <- ts(as.numeric(y), frequency = 1)
      before <- proc.time()[["user.self"]]
      f <- tryCatch(methods[[m]](y, h), error = function(e) naive(y, h = h, level = 95))
      ms <- c(ms, 1000 * (proc.time()[["user.self"]] - before))
      point <- as.numeric(f$mean)
      lower <- as.numeric(f$lower)
      upper <- as.numeric(f$upper)
      size <- abs(truth) + abs(point)
      total <- total + c(mean(ifelse(size > 0, 200 * abs(truth - point) / size, 0)), mean(abs(truth - point)) / scale,
        mean(upper - lower + 40 * pmax(0, lower - truth) + 40 * pmax(0, truth - upper)) / scale,
        mean(truth >= lower & truth <= upper), 1)
    }
    r <- total / total["n"]
    cat(sprintf("%-10s%7d%9.2f%8.3f%8s%10.2f%10.3f%10s%9.3f   R %s\n", name, as.integer(total["n"]), r["smape"], r["mase"],
      "", r["msis"], r["inside"], "", median(ms), m))
  }
}

seasonal <- list(
  snaive = function(y, h) snaive(y, h = h, level = 95),
  thetaf = function(y, h) thetaf(y, h = h, level = 95),
  stlf = function(y, h) if (frequency(y) > 1) stlf(y, h = h, level = 95) else forecast(ets(y), h = h, level = 95))
cat("R's forecast package on the same series\n")
one_set("hourly", 24, 24, seasonal)
one_set("weekly", 52, 1, seasonal[c("thetaf", "stlf")])
one_set("nn5daily", 7, 7, seasonal)
