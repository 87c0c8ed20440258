using AuthService.Erasure;
using AuthService.Keys;
using AuthService.Requests;
using AuthService.SigningKeys;
using AuthService.Tokens;
using AuthService.Users;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;

namespace AuthService;

public sealed class AuthDb(DbContextOptions<AuthDb> options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();

    public DbSet<Consent> Consents => Set<Consent>();

    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    public DbSet<SignInAttempts> SignInAttempts => Set<SignInAttempts>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<LoggedRequest> Requests => Set<LoggedRequest>();

    public DbSet<KeyUsage> KeyUsage => Set<KeyUsage>();

    public DbSet<StoredSigningKey> SigningKeys => Set<StoredSigningKey>();

    public DbSet<HistoryEntry> History => Set<HistoryEntry>();

    public DbSet<ErasureRecord> Erasures => Set<ErasureRecord>();

    public DbSet<ErasureAnswer> ErasureAnswers => Set<ErasureAnswer>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<User>().ToTable("users").Property(user => user.Consent).HasConversion(
            state => state.ToString().ToLowerInvariant(), text => Enum.Parse<ConsentState>(text, ignoreCase: true));
        model.Entity<Consent>().ToTable("consents").HasOne<User>().WithMany().HasForeignKey(consent => consent.UserId); // users are inserted first
        model.Entity<RefreshToken>().ToTable("refresh_tokens").HasKey(token => token.Hash);
        model.Entity<SignInAttempts>().ToTable("sign_in_attempts").HasKey(attempts => attempts.Account);
        model.Entity<ApiKey>().ToTable("api_keys");
        model.Entity<LoggedRequest>().ToTable("request_log").HasKey(request => new { request.Time, request.Id });
        model.Entity<KeyUsage>().ToTable("key_usage").HasKey(usage => new { usage.KeyId, usage.Day });
        model.Entity<StoredSigningKey>().ToTable("signing_keys").HasKey(key => key.Kid);
        model.AddErasures().AddHistory().AddOutbox();
        model.UseSnakeCaseColumns();
    }
}
