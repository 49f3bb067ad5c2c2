/* OpenSSL's and gost-engine's own speed, one operation kind a run.
 *
 * usage: openssl_speed verify|sign KEYTYPE PARAMSET SECONDS      KEYTYPE: EC, gost2012_256, gost2012_512
 *        openssl_speed digest NAME SECONDS                       NAME: sha256, md_gost12_256, ...
 *
 * Prints operations (or megabytes) per second. Run with OPENSSL_CONF naming the engine for GOST.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void need(int ok, const char *what)
{
    if (!ok) { fprintf(stderr, "failed: %s\n", what); exit(1); }
}

static int digest(const char *name, double seconds)
{
    const EVP_MD *md = EVP_get_digestbyname(name);
    need(md != NULL, "unknown digest");
    static unsigned char block[1 << 20];
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size;
    long count = 0;
    double begin = now();
    for (; now() - begin < seconds; count++)
        need(EVP_Digest(block, sizeof block, out, &size, md, NULL), "digest");
    printf("%.2f\n", (double)count * sizeof block / 1e6 / (now() - begin));
    return 0;
}

int main(int argc, char **argv)
{
    OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
    if (argc == 4 && !strcmp(argv[1], "digest")) return digest(argv[2], atof(argv[3]));
    if (argc != 5) { fprintf(stderr, "usage: see the source\n"); return 2; }
    int verifying = !strcmp(argv[1], "verify");
    double seconds = atof(argv[4]);

    int ec = !strcmp(argv[2], "EC");
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_id(ec ? EVP_PKEY_EC : OBJ_sn2nid(argv[2]), NULL);
    need(make != NULL && EVP_PKEY_keygen_init(make) > 0, "keygen init");
    need(EVP_PKEY_CTX_ctrl_str(make, ec ? "ec_paramgen_curve" : "paramset", argv[3]) > 0, "paramset");
    need(EVP_PKEY_keygen(make, &key) > 0, "keygen");

    size_t size = strstr(argv[2], "512") ? 64 : 32;
    unsigned char hash[64], signature[256];
    memset(hash, 0x5A, sizeof hash);
    size_t length = sizeof signature;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    need(EVP_PKEY_sign_init(context) > 0, "sign init");
    need(EVP_PKEY_sign(context, signature, &length, hash, size) > 0, "sign");
    EVP_PKEY_CTX *check = EVP_PKEY_CTX_new(key, NULL);
    need(EVP_PKEY_verify_init(check) > 0, "verify init");

    long count = 0;
    double begin = now();
    for (; now() - begin < seconds; count++) {
        if (verifying) {
            need(EVP_PKEY_verify(check, signature, length, hash, size) == 1, "verify");
        } else {
            length = sizeof signature;
            need(EVP_PKEY_sign(context, signature, &length, hash, size) > 0, "sign");
        }
    }
    printf("%.1f\n", (double)count / (now() - begin));
    return 0;
}
