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
        model.Entity<StoredObject>().ToTable("objects").HasKey(o => new { o.Owner, o.Sha256 });
        model.AddOutbox().UseSnakeCaseColumns();
    }
}
