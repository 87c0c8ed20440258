using AuthService.Erasure;
using AuthService.Keys;
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

    public DbSet<ErasureRecord> Erasures => Set<ErasureRecord>();

    public DbSet<ErasureAnswer> ErasureAnswers => Set<ErasureAnswer>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<User>().ToTable("users");
        model.Entity<Consent>().ToTable("consents").HasOne<User>().WithMany().HasForeignKey(consent => consent.UserId); // users are inserted first
        model.Entity<RefreshToken>().ToTable("refresh_tokens").HasKey(token => token.Hash);
        model.Entity<SignInAttempts>().ToTable("sign_in_attempts").HasKey(attempts => attempts.Account);
        model.Entity<ApiKey>().ToTable("api_keys");
        model.AddErasures().AddHistory().AddOutbox();
        model.UseSnakeCaseColumns();
    }
}
