#pragma once

#include <string>

#include "espalier/espalier.h"

namespace espalier {

/** What stops a call; the entry point turns it into a status and esp_last_error(). */
struct Error {
  esp_status status;
  std::string text;
};

}  // namespace espalier
