using AuthService.Accounts;
using AuthService.Users;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;

namespace AuthService.Tokens;

public sealed class PasswordGrant(AuthDb db, SignInGuard guard, Passwords passwords, Sessions sessions, TimeProvider time)
{
    /// <exception cref="ProblemException">401 wrong address or password, never which; 403 disabled, or a one-time password alone; 429 locked out.</exception>
    public async Task<TokenAnswer> IssueAsync(TokenRequest form, CancellationToken cancellation)
    {
        var typed = TokenRequest.Required("username", form.UserName);
        var password = TokenRequest.Required("password", form.Password);
        if (password.Length > PasswordPolicy.MaxLength)
            throw Wrong();

        var email = EmailAddress.Normalise(typed);
        var user = await guard.TryAsync(email ?? typed, () => FindAsync(email, password, cancellation), cancellation) ?? throw Wrong();
        // Only who knows the password hears this.
        if (user.DisabledAt is not null)
            throw new ProblemException(StatusCodes.Status403Forbidden, "user-disabled", "An administrator has disabled this user.");
        var hash = user.OneTimeUntil is null ? user.PasswordHash : await ReplaceAsync(user, form.NewPassword, cancellation);
        return await sessions.StartAsync(user.Id, hash, cancellation) ?? throw Wrong();
    }

    private async Task<User?> FindAsync(string? email, string password, CancellationToken cancellation)
    {
        var user = email is null ? null : await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Email == email, cancellation);
        return passwords.Verify(user, password) && !(user!.OneTimeUntil < time.GetUtcNow()) ? user : null;
    }

    /// <summary>A one-time password is good for nothing but choosing another.</summary>
    /// <returns>The new password's hash.</returns>
    private async Task<string> ReplaceAsync(User known, string? newPassword, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(newPassword))
            throw new ProblemException(StatusCodes.Status403Forbidden, "new-password-needed", "This is a one-time password. Send the one that you choose with it, as 'new_password'.") { Field = "new_password" };
        if (PasswordPolicy.Objection(newPassword, known.Email) is { } objection)
            throw ProblemException.Invalid("new_password", objection);

        var hash = passwords.Hash(newPassword);
        await using var change = await AccountChange.BeginAsync(db, known.Id, known.Id.ToString(), time, cancellation);
        if (change.User is not { } user || user.PasswordHash != known.PasswordHash)
            throw Wrong(); // used up by another request
        user.PasswordHash = hash;
        user.OneTimeUntil = null;
        change.Announce(UserChanges.PasswordChanged);
        await change.CommitAsync(cancellation);
        return hash;
    }

    private static ProblemException Wrong() => TokenAnswer.Refused("The e-mail address or the password is wrong.");
}
