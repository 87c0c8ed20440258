using ServiceDefaults.Problems;

namespace AuthService.Users;

/// <param name="Consent">What the person agreed to; required in Production.</param>
public sealed record Registration(string? Email, string? Password, ConsentRequest? Consent)
{
    /// <exception cref="ProblemException">Names the field that is wrong.</exception>
    public ValidRegistration Validate(bool consentIsRequired)
    {
        var email = EmailAddress.Normalise(Email) ?? throw ProblemException.Invalid("email", "This is not an e-mail address.");
        if (PasswordPolicy.Objection(Password, email) is { } objection)
            throw ProblemException.Invalid("password", objection);
        if (Consent is null && consentIsRequired)
            throw ProblemException.Invalid("consent", "Registering needs consent: {\"version\": \"...\"}.");
        if (Consent is not null && (string.IsNullOrWhiteSpace(Consent.Version) || Consent.Version.Length > 50))
            throw ProblemException.Invalid("consent.version", "Consent names the version of the terms that was agreed to, in at most 50 characters.");
        return new ValidRegistration(email, Password!, Consent?.Version!.Trim());
    }
}

public sealed record ConsentRequest(string? Version);

public sealed record ValidRegistration(string Email, string Password, string? ConsentVersion);
