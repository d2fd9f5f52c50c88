/*
 * Says what libcrypto thinks of signed messages: the oracle of the mutation test.
 *
 *   oracle ROOT.pem
 *
 * Reads messages from stdin, each with its length before it as four octets, big-endian. For each it writes one octet
 * (bit 0: the signatures hold; bit 1: so does the chain of every signer, up to the root) and the SHA-256 of the content,
 * or zeros.
 */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int verify(const unsigned char *data, long length, X509_STORE *store, unsigned char digest[32]) {
	const unsigned char *at = data;
	unsigned int flags = CMS_BINARY | (store ? 0 : CMS_NO_SIGNER_CERT_VERIFY);
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, length);
	BIO *out = BIO_new(BIO_s_mem());
	int ok = cms && CMS_verify(cms, NULL, store, NULL, out, flags) == 1;
	if (ok) {
		char *content;
		long size = BIO_get_mem_data(out, &content);
		EVP_Digest(content, size, digest, NULL, EVP_sha256(), NULL);
	}
	BIO_free(out);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return ok;
}

int main(int argc, char **argv) {
	unsigned char header[4], answer[33];
	unsigned char *data = NULL;
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();
	if (argc != 2 || X509_STORE_load_locations(store, argv[1], NULL) != 1) {
		fprintf(stderr, "usage: oracle ROOT.pem\n");
		return 2;
	}
	/* Profiles are signed with certificates for many purposes. */
	X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
	X509_STORE_set1_param(store, param);
	while (fread(header, 1, 4, stdin) == 4) {
		uint32_t length = (uint32_t)header[0] << 24 | header[1] << 16 | header[2] << 8 | header[3];
		data = realloc(data, length + 1);
		if (!data || fread(data, 1, length, stdin) != length)
			return 3;
		memset(answer, 0, sizeof answer);
		if (verify(data, length, NULL, answer + 1)) {
			unsigned char ignored[32];
			answer[0] = 1 | verify(data, length, store, ignored) << 1;
		}
		if (fwrite(answer, 1, sizeof answer, stdout) != sizeof answer || fflush(stdout))
			return 3;
	}
	return 0;
}
