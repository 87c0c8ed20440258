using Microsoft.EntityFrameworkCore;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;
using TrainingService.Registry;

namespace TrainingService;

/// <summary>The service's own database.</summary>
internal sealed class TrainingDb(DbContextOptions<TrainingDb> options) : DbContext(options)
{
    public DbSet<Model> Models => Set<Model>();

    public DbSet<ModelVersion> Versions => Set<ModelVersion>();

    public DbSet<HistoryEntry> History => Set<HistoryEntry>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        var models = model.Entity<Model>().ToTable("models");
        models.HasKey(m => m.Name);
        models.Property(m => m.Name).HasColumnName("name");
        models.Property(m => m.Task).HasColumnName("task");
        models.Property(m => m.CreatedAt).HasColumnName("created_at");

        var versions = model.Entity<ModelVersion>().ToTable("versions");
        versions.HasKey(v => new { v.Model, v.Version });
        versions.Property(v => v.Model).HasColumnName("model");
        versions.Property(v => v.Version).HasColumnName("version");
        versions.Property(v => v.State).HasColumnName("state").HasConversion(
            state => VersionStates.ToText(state), text => VersionStates.FromText(text));
        versions.Property(v => v.Manifest).HasColumnName("manifest").HasColumnType("jsonb");
        versions.Property(v => v.Sha256).HasColumnName("sha256");
        versions.Property(v => v.Bytes).HasColumnName("bytes");
        versions.Property(v => v.Metrics).HasColumnName("metrics").HasColumnType("jsonb");
        versions.Property(v => v.Lineage).HasColumnName("lineage").HasColumnType("jsonb");
        versions.Property(v => v.CreatedAt).HasColumnName("created_at");
        versions.Property(v => v.PromotedAt).HasColumnName("promoted_at");
        versions.HasOne<Model>().WithMany().HasForeignKey(v => v.Model);

        model.AddHistory();
        model.AddOutbox();
    }
}
