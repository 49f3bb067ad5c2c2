/* The C yardstick: OpenSSL's CMS_verify with one shared, warm X509_STORE.
 *
 * usage: cms_verify ROOT.pem CRL.pem... -- CONTENT DIR COUNT ROUNDS
 *
 * Verifies DIR/0000.p7s … DIR/(COUNT-1).p7s over CONTENT with CRL_CHECK_ALL, parsing included, in
 * ROUNDS rounds, and prints each round's microseconds per signature, one a line. Any signature that
 * does not verify ends the run with an error, so a figure always stands for full work.
 */
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned char *read_all(const char *path, long *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(2); }
    fseek(file, 0, SEEK_END);
    *size = ftell(file);
    rewind(file);
    unsigned char *data = malloc((size_t)*size);
    if (fread(data, 1, (size_t)*size, file) != (size_t)*size) { perror(path); exit(2); }
    fclose(file);
    return data;
}

int main(int argc, char **argv)
{
    int i = 1;
    X509_STORE *store = X509_STORE_new();
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (!X509_load_cert_file(lookup, argv[i++], X509_FILETYPE_PEM)) return 2;
    for (; i < argc && strcmp(argv[i], "--"); i++)
        if (!X509_load_crl_file(lookup, argv[i], X509_FILETYPE_PEM)) return 2;
    if (argc - i != 5) { fprintf(stderr, "usage: see the source\n"); return 2; }
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    X509_STORE_set_purpose(store, X509_PURPOSE_ANY);

    long content_size;
    unsigned char *content = read_all(argv[i + 1], &content_size);
    const char *folder = argv[i + 2];
    int count = atoi(argv[i + 3]), rounds = atoi(argv[i + 4]);
    unsigned char **files = calloc((size_t)count, sizeof *files);
    long *sizes = calloc((size_t)count, sizeof *sizes);
    for (int n = 0; n < count; n++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%04d.p7s", folder, n);
        files[n] = read_all(path, &sizes[n]);
    }
    for (int round = 0; round < rounds; round++) {
        struct timespec begin, end;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
        for (int n = 0; n < count; n++) {
            const unsigned char *cursor = files[n];
            CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &cursor, sizes[n]);
            BIO *data = BIO_new_mem_buf(content, (int)content_size);
            if (!cms || CMS_verify(cms, NULL, store, data, NULL, CMS_BINARY | CMS_CADES) != 1) {
                ERR_print_errors_fp(stderr);
                return 1;
            }
            BIO_free(data);
            CMS_ContentInfo_free(cms);
        }
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        printf("%.3f\n", ((double)(end.tv_sec - begin.tv_sec) * 1e6 +
                          (double)(end.tv_nsec - begin.tv_nsec) / 1e3) / count);
        fflush(stdout);
    }
    return 0;
}
