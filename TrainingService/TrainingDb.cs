using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;
using TrainingService.Datasets;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;
using TrainingService.FeedbackLabels;
using TrainingService.Policies;
using TrainingService.Registry;
using TrainingService.Runs;

namespace TrainingService;

/// <summary>The service's own database.</summary>
internal sealed class TrainingDb(DbContextOptions<TrainingDb> options) : DbContext(options)
{
    public DbSet<Model> Models => Set<Model>();

    public DbSet<ModelVersion> Versions => Set<ModelVersion>();

    public DbSet<Dataset> Datasets => Set<Dataset>();

    public DbSet<DatasetRevision> DatasetRevisions => Set<DatasetRevision>();

    public DbSet<Label> Labels => Set<Label>();

    public DbSet<Snapshot> Snapshots => Set<Snapshot>();

    public DbSet<Run> Runs => Set<Run>();

    public DbSet<Evaluation> Evaluations => Set<Evaluation>();

    public DbSet<DatasetPolicy> Policies => Set<DatasetPolicy>();

    public DbSet<FeedbackLabel> FeedbackLabels => Set<FeedbackLabel>();

    public DbSet<HistoryEntry> History => Set<HistoryEntry>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        var models = model.Entity<Model>().ToTable("models");
        models.HasKey(m => m.Name);

        var versions = model.Entity<ModelVersion>().ToTable("versions");
        versions.HasKey(v => new { v.Model, v.Version });
        versions.Property(v => v.State).HasConversion(
            state => VersionStates.ToText(state), text => VersionStates.FromText(text));
        versions.Property(v => v.Origin).HasConversion(origin => origin.ToString().ToLowerInvariant(), text => Enum.Parse<VersionOrigin>(text, ignoreCase: true));
        versions.Property(v => v.Manifest).HasColumnType("jsonb");
        versions.Property(v => v.Metrics).HasColumnType("jsonb");
        versions.Property(v => v.Lineage).HasColumnType("jsonb");
        versions.HasOne<Model>().WithMany().HasForeignKey(v => v.Model);

        model.AddDatasets().AddLearning().AddFeedbackLabels().AddHistory().AddOutbox().UseSnakeCaseColumns();
    }
}
