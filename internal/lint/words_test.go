package lint

import "testing"

// What is a secret by its name is masked; what is about one is shown. The names are of Apple's schemas and of preference domains.
func TestSecretNames(t *testing.T) {
	for _, name := range []string{"Password", "EAPClientConfiguration.UserPassword", "SharedSecret", "Challenge", "AuthenticationToken", "RegistrationToken", "HTTPProxyPassword",
		"clientSecret", "OIDCClientSecret", "Passphrase", "Passwords", "SentinelClientsecret", "password_hash", "PSK", "PasswordText", "tokens", "ClientAuthCertificatePassword", "SecretKey"} {
		if !isSecretName(name) {
			t.Errorf("%s is shown", name)
		}
	}
	for _, name := range []string{"PasswordLabel", "ChangePasswordURL", "LabelPassword", "MenuChangePassword", "MessagePasswordSync", "PasscodeType", "ServerToken", "TokenRequestURL",
		"XAuthPasswordEncryption", "passwordContentRegex", "passwordPlaceholder", "AuthenticationTokenAssetReference", "SafariPasswordAutoFillDomains", "SSID_STR"} {
		if isSecretName(name) {
			t.Errorf("%s is masked", name)
		}
	}
}
