#include <limits>
#include <string>
#include <thread>

#include "support.hpp"

using namespace espalier::test;

TEST(Library, ThreadLimit) {
  ASSERT_EQ(ESP_OK, esp_set_num_threads(3));
  EXPECT_EQ(3, esp_num_threads());
  expect_invalid(esp_set_num_threads(-1), "threads is negative");
  expect_invalid(esp_set_num_threads(std::numeric_limits<int32_t>::min()), "negative");
  EXPECT_EQ(3, esp_num_threads());
  ASSERT_EQ(ESP_OK, esp_set_num_threads(0));
  EXPECT_GE(esp_num_threads(), 1);
}

TEST(Library, AnAbsurdThreadLimitStillRuns) {
  ASSERT_EQ(ESP_OK, esp_set_num_threads(std::numeric_limits<int32_t>::max()));
  EXPECT_EQ(1024, esp_num_threads());
  Matrix w(ESP_F32, 1 << 12, 1 << 10);
  const esp_matrix view = w.view();
  const Workspace workspace(esp_prune_rows_smallest_workspace_bytes(&view));
  EXPECT_EQ(ESP_OK, esp_prune_rows_smallest(&view, nullptr, 0.5, ESP_EXACT, workspace.data(),
                                            workspace.bytes(), nullptr))
      << esp_last_error();
  esp_set_num_threads(0);
}

TEST(Library, SaysWhyThereIsNoCudaDevice) {
  const esp_status status = esp_check_cuda();
  EXPECT_EQ(esp_cuda_device_count() > 0, status == ESP_OK);
  if (status != ESP_OK) {
    EXPECT_EQ(0U, std::string(esp_last_error()).find("check_cuda: ")) << esp_last_error();
    EXPECT_NE("check_cuda: ", std::string(esp_last_error()));
  }
}

TEST(Library, SaysWhyADeviceCannotBeUsed) {
  for (int32_t device = 0; device < esp_cuda_device_count(); ++device) {
    EXPECT_EQ(ESP_OK, esp_check_cuda_device(device)) << esp_last_error();
  }
  for (const int32_t device : {-1, esp_cuda_device_count()}) {
    EXPECT_GT(0, esp_check_cuda_device(device));
    EXPECT_EQ(0U, std::string(esp_last_error()).find("check_cuda_device: ")) << esp_last_error();
  }
}

TEST(Library, InstructionSets) {
  EXPECT_EQ(ESP_UNSUPPORTED, esp_set_cpu_isa("sse9"));
  EXPECT_STREQ("set_cpu_isa: this machine has no instruction set 'sse9'", esp_last_error());
  EXPECT_EQ(ESP_UNSUPPORTED, esp_set_cpu_isa(std::string(100000, 'x').c_str()));
  ASSERT_EQ(ESP_OK, esp_set_cpu_isa("portable"));
  EXPECT_STREQ("portable", esp_cpu_isa());
  ASSERT_EQ(ESP_OK, esp_set_cpu_isa(nullptr));
}

TEST(Library, ErrorsBelongToTheirThread) {
  esp_set_num_threads(-1);
  std::thread([] {
    EXPECT_STREQ("", esp_last_error());
    esp_set_cpu_isa("none");
  }).join();
  EXPECT_STREQ("set_num_threads: threads is negative", esp_last_error());
}
