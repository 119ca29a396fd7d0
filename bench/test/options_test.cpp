#include "options.hpp"

#include <gtest/gtest.h>

using namespace espalier::bench;

TEST(Options, ValuesFollowOrAreAttached) {
  const Options options = parse_options({"--rows", "8,16", "--cols=32", "--threads", "2",
                                         "--max-noise=2%", "--max-time", "0.5", "--format", "csv",
                                         "--baseline", "old.csv", "--max-regression", "7.5%"});
  EXPECT_EQ((std::vector<int64_t>{8, 16}), options.axes.rows);
  EXPECT_EQ((std::vector<int64_t>{32}), options.axes.cols);
  EXPECT_EQ(2, options.threads);
  EXPECT_DOUBLE_EQ(0.02, options.limits.noise);
  EXPECT_DOUBLE_EQ(0.5, options.limits.seconds);
  EXPECT_EQ(Format::csv, options.format);
  EXPECT_EQ("old.csv", options.baseline);
  EXPECT_DOUBLE_EQ(0.075, options.max_regression.value());
}

TEST(Options, HelpWinsOverWhatFollows) {
  EXPECT_TRUE(parse_options({"--rows", "8", "--help", "--nonsense"}).help);
}

TEST(Options, HelpShowsEveryOption) {
  for (const char* option :
       {"--op", "--rows", "--cols", "--dtype", "--sparsity", "--device", "--threads", "--max-noise",
        "--max-time", "--format", "--baseline", "--max-regression", "--list", "--help"}) {
    EXPECT_NE(std::string::npos, std::string(help_text).find(std::string("  ") + option)) << option;
  }
}

TEST(Options, RejectWhatTheyCannotFollow) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--row", "8"},       {"8"},
      {"--rows"},           {"--threads", "0"},
      {"--threads", "1.5"}, {"--threads", ""},
      {"--max-time", "-1"}, {"--max-time", "1s"},
      {"--max-time", "."},  {"--max-noise", "0.5"},
      {"--max-noise", "%"}, {"--max-noise", "1e3%"},
      {"--format", "xml"},  {"--max-regression", "5%"},
      {"--baseline="},      {"--baseline", "f", "--max-regression", "5"}};
  for (const auto& args : wrong) {
    EXPECT_THROW(parse_options(args), BadOption) << args[0] << " " << args.back();
  }
}
