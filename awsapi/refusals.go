package awsapi

import "maps"

// refusals says for each operation of AWS's API that is not offered why not,
// in a sentence for the caller.
func refusals() map[string]string {
	out := map[string]string{}
	say := func(sentence string, names ...string) {
		for _, n := range names {
			out[n] = sentence
		}
	}
	say("Smart card authentication is not offered.",
		"DescribeClientAuthenticationSettings", "DisableClientAuthentication", "EnableClientAuthentication")
	say("Schema extensions are not offered.",
		"CancelSchemaExtension", "ListSchemaExtensions", "StartSchemaExtension")
	say("Directories are not updated by this call: operating system, network type and size are the server's.",
		"DescribeUpdateDirectory", "UpdateDirectorySetup")
	say("The Directory Service Data API is not offered: use LDAP with the user Admin instead.",
		"DescribeDirectoryDataAccess", "DisableDirectoryDataAccess", "EnableDirectoryDataAccess")
	say("Multi-factor authentication with RADIUS is not offered.",
		"DisableRadius", "EnableRadius", "UpdateRadius")
	say("Single sign-on to applications is not offered: there are no applications.",
		"DisableSso", "EnableSso")
	say("Directories cannot be shared: there is one account.",
		"AcceptSharedDirectory", "DescribeSharedDirectories", "RejectSharedDirectory", "ShareDirectory", "UnshareDirectory")
	maps.Copy(out, outOfScope())
	return out
}

// outOfScope is what will not be offered: other kinds of directories than a
// managed Microsoft AD.
func outOfScope() map[string]string {
	const (
		simple    = "Simple AD is not offered: create a directory with CreateMicrosoftAD instead."
		connector = "AD Connector is not offered: create a directory with CreateMicrosoftAD and a trust with CreateTrust instead."
		hybrid    = "Hybrid directories are not offered: create a directory with CreateMicrosoftAD and a trust with CreateTrust instead."
		enroll    = "Certificate enrollment is not offered: there is no certificate authority service to enroll with."
	)
	return map[string]string{
		"CreateDirectory":            simple,
		"ConnectDirectory":           connector,
		"CreateHybridAD":             hybrid,
		"UpdateHybridAD":             hybrid,
		"DescribeHybridADUpdate":     hybrid,
		"EnableCAEnrollmentPolicy":   enroll,
		"DisableCAEnrollmentPolicy":  enroll,
		"DescribeCAEnrollmentPolicy": enroll,
	}
}
