#include <stdio.h>
#include <string.h>

#include "espalier/espalier.h"

int main(void) {
  float w[4] = {0.0F, 1.0F, -0.0F, 2.0F};
  esp_matrix m = {w, 2, 2, 2, ESP_F32, -1};
  int64_t zeros = 0;
  if (esp_count_zeros(&m, &zeros, NULL, 0, NULL) != ESP_OK || zeros != 2) return 1;
  if (esp_count_zeros(NULL, &zeros, NULL, 0, NULL) != ESP_INVALID_ARGUMENT) return 2;
  if (strlen(esp_last_error()) == 0) return 3;
  if (esp_prune_rows_smallest(&m, NULL, 0.5, (esp_rounding)7, NULL, 0, NULL) !=
          ESP_INVALID_ARGUMENT ||
      strstr(esp_last_error(), "rounding") == NULL) {
    return 4;
  }
  return 0;
}
