/* A PKCS#11 library for tests: every call goes to the library REAL, unless a fault was asked for.
   The functions that are wrapped take at most six arguments, each in a register. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 68
typedef unsigned long word;
typedef word (*function)(word, word, word, word, word, word);
struct list { unsigned char version[2]; function f[COUNT]; };

static struct list *real, ours;
static word answers[COUNT], extra_flags, given_flags;
static int left[COUNT], called[COUNT], corrupted;

void fault(int n, word answer, int times) { answers[n] = answer; left[n] = times; }
int calls(int n) { return called[n]; }
void corrupt(int times) { corrupted = times; }
void token_flags(word flags) { extra_flags = flags; }
word initialize_flags(void) { return given_flags; }

#define FAULT(n) \
    __atomic_add_fetch(&called[n], 1, __ATOMIC_SEQ_CST); \
    if (left[n] > 0) { left[n]--; return answers[n]; }
#define PASS(n) \
    static word pass_##n(word a, word b, word c, word d, word e, word g) { \
        FAULT(n) \
        return real->f[n](a, b, c, d, e, g); \
    }
PASS(12) PASS(13) PASS(18) PASS(19) PASS(26) PASS(42)

static word initialize(word arguments, word b, word c, word d, word e, word g) {
    FAULT(0)
    given_flags = arguments ? ((word *)arguments)[4] : 0;
    return real->f[0](arguments, b, c, d, e, g);
}

static word token_info(word slot, word info, word c, word d, word e, word g) {
    FAULT(6)
    word answer = real->f[6](slot, info, c, d, e, g);
    if (answer == 0) *(word *)(info + 96) |= extra_flags; /* after label, maker, model and serial number */
    return answer;
}

static word sign(word session, word data, word size, word out, word out_size, word g) {
    FAULT(43)
    word answer = real->f[43](session, data, size, out, out_size, g);
    if (answer == 0 && out && corrupted > 0) { corrupted--; *(unsigned char *)(out + 5) ^= 1; }
    return answer;
}

word C_GetFunctionList(struct list **answer) {
    if (!real) {
        void *handle = dlopen(REAL, RTLD_NOW | RTLD_LOCAL);
        word (*get)(struct list **) = handle ? (word (*)(struct list **))dlsym(handle, "C_GetFunctionList") : 0;
        if (!get || get(&real)) return 5;
        memcpy(&ours, real, sizeof ours);
        ours.f[0] = initialize; ours.f[6] = token_info; ours.f[43] = sign;
        ours.f[12] = pass_12; ours.f[13] = pass_13; ours.f[18] = pass_18; ours.f[19] = pass_19;
        ours.f[26] = pass_26; ours.f[42] = pass_42;
    }
    *answer = &ours;
    return 0;
}
