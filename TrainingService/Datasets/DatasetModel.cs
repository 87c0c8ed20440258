using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;

namespace TrainingService.Datasets;

internal static class DatasetModel
{
    public static ModelBuilder AddDatasets(this ModelBuilder model)
    {
        var datasets = model.Entity<Dataset>().ToTable("datasets");
        datasets.HasKey(d => d.Id);
        datasets.Property(d => d.Number).UseIdentityAlwaysColumn();
        datasets.Property(d => d.Kind).HasConversion(kind => ToText(kind), text => FromText<DatasetKind>(text));
        datasets.Property(d => d.Schema).HasColumnType("jsonb").HasConversion(schema => DatasetSchema.ToJson(schema!), json => DatasetSchema.FromJson(json));

        var revisions = model.Entity<DatasetRevision>().ToTable("dataset_revisions");
        revisions.HasKey(r => new { r.Dataset, r.Revision });
        revisions.Property(r => r.Source).HasConversion(source => ToText(source), text => FromText<RevisionSource>(text));

        model.Entity<Label>().ToTable("labels").HasKey(l => new { l.Dataset, l.Id, l.Added });
        model.Entity<Label>().Property(l => l.Text).HasColumnName("label");

        var snapshots = model.Entity<Snapshot>().ToTable("dataset_snapshots");
        snapshots.HasKey(s => s.Id);
        snapshots.Property(s => s.Schema).HasColumnType("jsonb").HasConversion(schema => DatasetSchema.ToJson(schema), json => DatasetSchema.FromJson(json));
        return model;
    }

    private static string ToText<TEnum>(TEnum value) where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static TEnum FromText<TEnum>(string text) where TEnum : struct, Enum => Enum.Parse<TEnum>(text, ignoreCase: true);
}
