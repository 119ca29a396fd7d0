#include "call.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace espalier::fuzz {

namespace {

constexpr size_t alignment = 64;
constexpr size_t most_workspace = size_t{1} << 28;

bool is_there(int32_t device) {
  return device == -1 || (device >= 0 && device < esp_cuda_device_count());
}

}  // namespace

int64_t Call::size() {
  if (random_.once_in(300)) return random_.between(1, device_ < 0 ? 400 : 150);
  if (random_.once_in(12)) return random_.pick<int64_t>({15, 16, 17, 31, 32, 33, 63, 64, 65});
  return random_.between(1, 14);
}

Operand& Call::operand(const char* name, Operand::Role role, std::vector<esp_dtype> dtypes,
                       int64_t rows, int64_t cols) {
  Operand& added =
      operands_.emplace_back(name, role, std::move(dtypes), rows, cols, device_, random_);
  if (added.is_optional() && random_.once_in(3)) added.leave_out();
  may_spoil([this, &added] { added.spoil(random_); });
  return added;
}

void Call::spoil() {
  if (random_.once_in(2)) return;
  const int64_t times = random_.once_in(4) ? random_.between(2, 3) : 1;
  for (int64_t i = 0; i < times; ++i) {
    spoilers_[static_cast<size_t>(random_.below(static_cast<int64_t>(spoilers_.size())))]();
  }
}

void Call::take_workspace(size_t asked, size_t least, bool is_allowed) {
  if (!is_allowed && asked != 0)
    fail("a workspace of " + std::to_string(asked) + " bytes for shapes that are not allowed");
  if (least > asked) fail("the workspace's size is less than its least size");
  least_bytes_ = least;
  workspace_bytes_ = asked;
  size_t shift = 0;
  switch (random_.below(24)) {
    case 0:
      workspace_bytes_ = 0;
      break;
    case 1:
      workspace_bytes_ = least / 2;
      break;
    case 2:
      workspace_bytes_ = least == 0 ? 0 : least - 1;
      break;
    case 3:
      shift = random_.pick<size_t>({1, 4, 8, 32});
      break;
    case 4:
      workspace_bytes_ += random_.pick<size_t>({1, 64, 1000});
      break;
    default:
      break;
  }
  if (workspace_bytes_ > most_workspace) workspace_bytes_ = 0;
  if (workspace_bytes_ == 0) return;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, workspace_bytes_ + shift) != 0) fail("out of memory");
  memory_.reset(memory);
  std::memset(memory, 0xFF, workspace_bytes_ + shift);
  workspace_ = static_cast<unsigned char*>(memory) + shift;
}

bool Call::workspace_suffices() const {
  if (least_bytes_ == 0) return true;
  return workspace_ != nullptr && workspace_bytes_ >= least_bytes_ &&
         reinterpret_cast<uintptr_t>(workspace_) % alignment == 0;
}

bool Call::devices_agree() const {
  const Operand* first = nullptr;
  for (const Operand& operand : operands_) {
    if (!operand.is_given()) continue;
    if (first == nullptr) first = &operand;
    if (operand.view().device != first->view().device) return false;
  }
  return true;
}

bool Call::devices_are_there() const {
  return std::all_of(operands_.begin(), operands_.end(), [](const Operand& operand) {
    return !operand.is_given() || is_there(operand.view().device);
  });
}

Outcome Call::make(bool is_allowed, void* result, size_t result_bytes,
                   const std::function<esp_status()>& call) {
  const bool allowed = is_allowed && devices_agree() && workspace_suffices();
  const bool there = devices_are_there();
  if (allowed && there) {
    for (const Operand& operand : operands_) {
      if (!operand.fits()) return Outcome::skipped;
    }
  }

  std::vector<unsigned char> result_before(result_bytes);
  if (result_bytes > 0) std::memcpy(result_before.data(), result, result_bytes);
  for (Operand& operand : operands_) operand.arm();
  esp_set_num_threads(-1);  // so that a message of an earlier call cannot pass for this one's
  const esp_status status = call();
  const bool refused = status != ESP_OK && status != ESP_NUMERICAL_ERROR;
  for (Operand& operand : operands_) {
    const bool kept = refused || (status != ESP_OK && &operand == kept_if_numbers_fail_);
    if (!operand.disarm(kept)) fail(std::string(operand.name()) + " was written to");
  }
  if (refused && result_bytes > 0 && std::memcmp(result_before.data(), result, result_bytes) != 0) {
    fail("a result was written to by a call that refused");
  }

  if (status != ESP_OK) check_text();
  const bool expected = status == ESP_INVALID_ARGUMENT ? !allowed
                        : status == ESP_UNSUPPORTED    ? !there
                        : status == ESP_NUMERICAL_ERROR
                            ? allowed && there && kept_if_numbers_fail_ != nullptr
                            : allowed && there && status == ESP_OK;
  if (!expected) {
    fail("status " + std::to_string(status) + " where the contract was " +
         (allowed ? "kept" : "broken") + (there ? "" : ", on a device that is not there") +
         (status == ESP_OK ? "" : std::string("; ") + esp_last_error()));
  }
  return refused ? Outcome::refused : Outcome::done;
}

void Call::check_text() const {
  const std::string text = esp_last_error();
  const std::string prefix = std::string(op_) + ": ";
  if (text.compare(0, prefix.size(), prefix) != 0) fail("the message '" + text + "' lacks the op");
  const bool is_sentence =
      text.find(' ', prefix.size()) != std::string::npos &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!is_sentence) fail("the message '" + text + "' is no sentence");
}

void Call::fail(const std::string& what) const {
  std::ostringstream text;
  text << op_ << ": " << what << '\n';
  for (const Operand& operand : operands_) {
    const esp_matrix& m = operand.view();
    text << "  " << operand.name() << (operand.is_given() ? ": " : " (left out): ") << m.rows
         << " x " << m.cols << ", row_stride " << m.row_stride << ", dtype "
         << static_cast<int>(m.dtype) << ", device " << m.device << ", data " << m.data << '\n';
  }
  text << "  workspace: " << workspace_bytes_ << " bytes at " << workspace_ << ", at least "
       << least_bytes_ << " needed\n";
  throw Failure{text.str()};
}

}  // namespace espalier::fuzz
