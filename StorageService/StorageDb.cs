using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Outbox;
using StorageService.Objects;

namespace StorageService;

/// <summary>The service's own database.</summary>
internal sealed class StorageDb(DbContextOptions<StorageDb> options) : DbContext(options)
{
    public DbSet<StoredObject> Objects => Set<StoredObject>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        var stored = model.Entity<StoredObject>().ToTable("objects");
        stored.HasKey(o => new { o.Owner, o.Sha256 });
        stored.Property(o => o.Owner).HasColumnName("owner");
        stored.Property(o => o.Sha256).HasColumnName("sha256");
        stored.Property(o => o.Kind).HasColumnName("kind");
        stored.Property(o => o.ContentType).HasColumnName("content_type");
        stored.Property(o => o.Bytes).HasColumnName("bytes");
        stored.Property(o => o.CreatedAt).HasColumnName("created_at");
        stored.Property(o => o.ExpiresAt).HasColumnName("expires_at");
        model.AddOutbox();
    }
}
