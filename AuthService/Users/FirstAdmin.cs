using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.History;

namespace AuthService.Users;

/// <summary>The administrator that a new installation starts with: <c>Auth:Admin:Email</c> and <c>:Password</c>.</summary>
public sealed class FirstAdminOptions
{
    /// <summary>Absent: no administrator is made.</summary>
    public string? Email { get; init; }

    public string? Password { get; init; }
}

public sealed partial class FirstAdmin(IOptions<FirstAdminOptions> options, Passwords passwords, TimeProvider time, ILogger<FirstAdmin> logger)
{
    /// <summary>Makes the configured administrator where there is none yet. Does nothing on later starts, whatever is configured.</summary>
    public async Task EnsureAsync(AuthDb db, CancellationToken cancellation)
    {
        if (options.Value is not { Email: { Length: > 0 } configured, Password: { Length: > 0 } password })
            return;
        var email = EmailAddress.Normalise(configured) ?? throw new InvalidOperationException("Auth:Admin:Email is not an e-mail address.");
        if (PasswordPolicy.Objection(password, email) is { } objection)
            throw new InvalidOperationException($"Auth:Admin:Password: {objection}");

        await using var change = await db.BeginRecordedChangeAsync(cancellation); // replicas start together, and registrations come this way too
        if (await db.Users.AnyAsync(user => user.Role == Roles.Admin, cancellation))
            return;
        if (await db.Users.AnyAsync(user => user.Email == email, cancellation))
        {
            LogTaken(logger); // whoever registered it first must not become administrator by that
            return;
        }
        var user = new User { Email = email, PasswordHash = passwords.Hash(password), Role = Roles.Admin, CreatedAt = time.GetUtcNow() };
        db.Add(user);
        change.Append(user.Id.ToString(), "user.first-admin", "configuration", new { role = user.Role }, user.CreatedAt);
        await change.CommitAsync(cancellation);
        LogCreated(logger);
    }

    [LoggerMessage(LogLevel.Information, "The first administrator was created from Auth:Admin")]
    private static partial void LogCreated(ILogger logger);

    [LoggerMessage(LogLevel.Error, "No administrator was created: the address in Auth:Admin belongs to a registered user")]
    private static partial void LogTaken(ILogger logger);
}
