#pragma once

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "error.hpp"

namespace espalier::api {

/** Keeps the text for esp_last_error() and returns the status. */
esp_status fail(esp_status status, const char* op, const char* text) noexcept;

/** Runs an entry point's body; no exception leaves it. */
template <class Body>
esp_status guarded(const char* op, Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
    return ESP_OK;
  } catch (const Error& e) {
    return fail(e.status, op, e.text.c_str());
  } catch (const std::bad_alloc&) {
    return fail(ESP_OUT_OF_MEMORY, op, "out of memory");
  } catch (const std::exception& e) {
    return fail(ESP_INTERNAL_ERROR, op, e.what());
  } catch (...) {
    return fail(ESP_INTERNAL_ERROR, op, "unknown error");
  }
}

}  // namespace espalier::api
