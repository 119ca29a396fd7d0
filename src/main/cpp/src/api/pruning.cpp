#include "espalier/espalier.h"
