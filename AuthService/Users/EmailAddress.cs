using System.Net.Mail;

namespace AuthService.Users;

/// <summary>One spelling per address, so that the unique index means one user per address.</summary>
public static class EmailAddress
{
    private const int MaxLength = 254; // RFC 5321: what fits into a forward path

    /// <summary>Trimmed and lower-cased; null when it is no address of the form <c>name@domain.tld</c>.</summary>
    public static string? Normalise(string? input)
    {
        var address = input?.Trim().ToLowerInvariant();
        if (address is null || address.Length > MaxLength || address.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '<' or '>' or '(' or ')' or ','))
            return null;
        return MailAddress.TryCreate(address, out var parsed) && parsed.Address == address && IsDomain(parsed.Host) ? address : null;
    }

    private static bool IsDomain(string host) =>
        host.Split('.') is { Length: >= 2 } labels
        && labels.All(label => label.Length is >= 1 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsLetterOrDigit(c) || c == '-'));
}
