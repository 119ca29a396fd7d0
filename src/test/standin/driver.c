/* libcuda.so.1: it is there, of this version, and has the runtime's contexts. */
extern int standin_primary_state(int device, unsigned* flags, int* active);
extern int standin_get_context(void** context);

int cuInit(unsigned flags) {
  (void)flags;
  return 0;
}
int cuDriverGetVersion(int* version) {
  *version = 13010;
  return 0;
}
int cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
  return standin_primary_state(device, flags, active);
}
int cuCtxGetCurrent(void** context) { return standin_get_context(context); }
int cuCtxSetCurrent(void* context) {
  (void)context; /* the current device's already */
  return 0;
}
int cuGetErrorString(int error, const char** text) {
  (void)error;
  *text = "an error of the stand-in";
  return 0;
}
