using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;
using ServiceDefaults.Outbox;
using StorageService.Objects;

namespace StorageService;

/// <summary>The service's own database.</summary>
internal sealed class StorageDb(DbContextOptions<StorageDb> options) : DbContext(options)
{
    public DbSet<StoredObject> Objects => Set<StoredObject>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<StoredObject>(stored =>
        {
            stored.ToTable("objects").HasKey(o => new { o.Owner, o.Sha256 });
            stored.Ignore(o => o.Key).Ignore(o => o.Blob);
        });
        model.AddOutbox().UseSnakeCaseColumns();
    }
}
